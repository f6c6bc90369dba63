import { describe, expect, it } from 'vitest';
import { auditDetail, auditSubject, auditWho, subjectAsked, whoAsked } from '../src/text/audit_words';

describe('a line of the audit', () => {
  it.each([
    ['signed_in', 'link, from 10.0.0.7', 'bằng liên kết, từ 10.0.0.7'],
    ['sign_in_failed', 'a wrong account or password, from ::1', 'sai tên đăng nhập hoặc mật khẩu, từ ::1'],
    ['sign_in_failed', 'a link that is used, too old or unknown, from ::1', 'liên kết đã dùng, quá hạn hoặc không có, từ ::1'],
    ['locked_out', 'for 60 s', 'trong 60 giây'],
    ['locked_out', 'for 900 s', 'trong 15 phút'],
    ['account_created', 'first start', 'khi trung tâm khởi động lần đầu'],
    [
      'account_changed',
      'Nguyễn Văn A: operator, police; stations: all; cameras: c1 c2; disabled',
      'Nguyễn Văn A: Trực ban IOC, Công an; trạm: tất cả; camera: c1 c2; đã khóa',
    ],
    ['account_reset', 'new one-time password', 'mật khẩu dùng một lần mới'],
    ['sessions_ended', '2', '2 phiên'],
    ['token_created', 'SCADA: see_stations; 90 days', 'SCADA: Xem trạm và cảnh báo; hiệu lực 90 ngày'],
    ['token_revoked', 'SCADA of lan', 'SCADA, của lan'],
    ['alarm_acknowledged', 'acknowledged: đã gọi trạm', 'Tiếp nhận: đã gọi trạm'],
    ['alarm_changed', 'unshelved: ', 'Bỏ tạm gác'],
    ['alarm_changed', 'commented: chờ thợ: sáng mai', 'Ghi chú: chờ thợ: sáng mai'],
    ['configured', 'deleted', 'đã xóa'],
    ['report_made', 'version 3', 'bản 3'],
    ['report_made', 'issued as 12/BC-TT, version 4', 'ban hành số 12/BC-TT, bản 4'],
    ['report_made', 'sent: ', 'đã gửi'],
    ['verdict', 'false: con chó', 'Sai: con chó'],
    ['verdict', 'true', 'Đúng'],
  ])('of %s says %s as %s', (action, detail, words) => {
    expect(auditDetail({ action, detail }, 'vi')).toBe(words);
    expect(auditDetail({ action, detail }, 'en')).not.toBe('');
  });

  it('leaves what people wrote, and shapes that it does not know', () => {
    expect(auditDetail({ action: 'locked', detail: 'theo công văn 7' }, 'vi')).toBe('theo công văn 7');
    expect(auditDetail({ action: 'alarm_changed', detail: 'danced: on the table' }, 'vi')).toBe(
      'danced: on the table',
    );
    expect(auditDetail({ action: 'toString', detail: 'x' }, 'vi')).toBe('x');
  });

  it('says who did it', () => {
    expect(auditWho('lan', 'vi')).toBe('lan');
    expect(auditWho('service:Trực ban', 'vi')).toBe('dịch vụ Trực ban');
    expect(auditWho('quantrac-gateway', 'en')).toBe('The centre itself');
  });

  it.each(['vi', 'en'] as const)('is found by what the page shows and by what is kept (%s)', (language) => {
    for (const subject of ['account/lan', 'alarm/thanh-hai.cod.high', 'token/0f', 'report/week-2026-11-27', 'audit']) {
      expect(subjectAsked(auditSubject({ event: '', subject }, language))).toBe(subject);
      expect(subjectAsked(subject)).toBe(subject);
    }
    expect(subjectAsked(auditSubject({ event: 'kho-000001', subject: null }, language))).toBe('kho-000001');
    for (const who of ['lan', 'service:Trực ban', 'quantrac-gateway']) {
      expect(whoAsked(auditWho(who, language))).toBe(who);
      expect(whoAsked(who)).toBe(who);
    }
  });

  it('says what it is about', () => {
    expect(auditSubject({ event: '', subject: 'account/lan' }, 'vi')).toBe('tài khoản lan');
    expect(auditSubject({ event: '', subject: 'account/account/lan' }, 'vi')).toBe('tài khoản lan');
    expect(auditSubject({ event: '', subject: 'account/address/10.0.0.7' }, 'vi')).toBe('địa chỉ 10.0.0.7');
    expect(auditSubject({ event: '', subject: 'alarm/thanh-hai/cod/high' }, 'vi')).toBe('cảnh báo thanh-hai/cod/high');
    expect(auditSubject({ event: '', subject: 'audit' }, 'vi')).toBe('nhật ký kiểm toán');
    expect(auditSubject({ event: 'e-1', subject: null }, 'vi')).toBe('sự kiện e-1');
    expect(auditSubject({ event: '', subject: null }, 'vi')).toBe('');
    expect(auditSubject({ event: '', subject: 'toString/x' }, 'vi')).toBe('toString/x');
  });
});
