/** Vietnamese words for what the audit tells of a step. */

export const auditVi = {
  service: (name: string) => `dịch vụ ${name}`,
  centre: 'Hệ thống của trung tâm',
  subjects: {
    account: (name: string) => `tài khoản ${name}`,
    address: (name: string) => `địa chỉ ${name}`,
    alarm: (name: string) => `cảnh báo ${name}`,
    token: (name: string) => `mã API ${name}`,
    recipient: (name: string) => `người nhận ${name}`,
    roster: (name: string) => `lịch trực ${name}`,
    report: (name: string) => `báo cáo ${name}`,
    event: (name: string) => `sự kiện ${name}`,
    audit: () => 'nhật ký kiểm toán',
  } as Record<string, (name: string) => string>,
  from: (address: string) => `từ ${address}`,
  methods: {
    password: 'bằng mật khẩu',
    link: 'bằng liên kết',
    oidc: 'qua nhà cung cấp danh tính',
  } as Record<string, string>,
  failures: {
    'a wrong account or password': 'sai tên đăng nhập hoặc mật khẩu',
    'a wrong one-time code': 'sai mã một lần',
    'a link that is used, too old or unknown': 'liên kết đã dùng, quá hạn hoặc không có',
    'nobody here belongs to this person of the provider': 'danh tính này chưa gắn với tài khoản nào',
  } as Record<string, string>,
  lockedFor: (seconds: number) =>
    seconds < 100 ? `trong ${seconds} giây` : `trong ${Math.ceil(seconds / 60)} phút`,
  firstStart: 'khi trung tâm khởi động lần đầu',
  newPassword: 'mật khẩu dùng một lần mới',
  sessions: (n: number) => `${n} phiên`,
  stations: (names: string) => `trạm: ${names}`,
  cameras: (names: string) => `camera: ${names}`,
  all: 'tất cả',
  none: 'không có',
  disabled: 'đã khóa',
  days: (n: number) => `hiệu lực ${n} ngày`,
  tokenOf: (name: string, account: string) => `${name}, của ${account}`,
  kept: 'đã lưu',
  deleted: 'đã xóa',
  version: (n: number) => `bản ${n}`,
  issued: (number: string, version: number) => `ban hành số ${number}, bản ${version}`,
  sent: (note: string) => (note === '' ? 'đã gửi' : `đã gửi: ${note}`),
};

export type AuditCatalogue = typeof auditVi;
