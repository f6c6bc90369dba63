/** What a camera's machine says of itself in English, in Vietnamese; by the shape of the sentence. */
import { deskVi } from './desk_vi';

type Told = readonly [RegExp, (...found: string[]) => string];

const label = (name: string): string => deskVi.labels[name] ?? name;
const decimal = (figure: string): string => figure.replace('.', ',');

const SENTENCES: readonly Told[] = [
  [
    /^rule (\S+): in (\d+)% of the zone (.+?) a (\S+) is smaller than the (\S+) px wanted: at worst it (.+?); from this mast it is (.+?); draw the zone nearer, or lower (\S+)$/,
    (rule, share, zone, what, least, worst, reach, setting) =>
      `Luật ${rule}: ở ${share} % vùng ${zone}, ${label(what)} nhỏ hơn ${decimal(least)} px cần có; ` +
      `chỗ kém nhất ${tell(worst)}; từ cột này ${tell(reach)}. Hãy vẽ vùng gần hơn hoặc giảm ${setting}.`,
  ],
  [
    /^is outside every view \((\d+) m away, bearing (\d+)°\)$/,
    (far, bearing) => `nằm ngoài mọi góc nhìn (cách ${far} m, hướng ${bearing}°)`,
  ],
  [
    /^has (\d+) px \((\d+) m away, bearing (\d+)°\)$/,
    (size, far, bearing) => `chỉ có ${size} px (cách ${far} m, hướng ${bearing}°)`,
  ],
  [/^seen up to (\d+) m$/, (far) => `nhìn rõ đến ${far} m`],
  [/^never that large$/, () => 'không chỗ nào đủ lớn'],
  [
    /^rule (\S+): zone (.+?) lies above the horizon, where nothing can stand; draw it on the ground$/,
    (rule, zone) => `Luật ${rule}: vùng ${zone} nằm trên đường chân trời, nơi không có gì đứng được. Hãy vẽ vùng trên mặt đất.`,
  ],
  [/^rule (\S+): zone (.+?): .+$/, (rule, zone) => `Luật ${rule}: không tính được vị trí của vùng ${zone}.`],
  [
    /^masks\.(\d+): (.+) lies outside the picture of (\d+) × (\d+) pixels and would hide nothing$/,
    (number, _name, width, height) =>
      `Vùng che số ${Number(number) + 1} nằm ngoài hình ${width} × ${height} điểm ảnh nên không che gì.`,
  ],
  [
    /^the analysis stands still; see the program's log$/,
    () => 'Việc phân tích hình đang đứng; xem nhật ký của chương trình trên máy camera.',
  ],
  [/^no video within (\S+) s$/, (wait) => `Không có hình trong ${decimal(wait)} giây.`],
  [
    /^no video within (\S+) s; a firewall may hold UDP back, transport: tcp helps$/,
    (wait) => `Không có hình trong ${decimal(wait)} giây. Có thể tường lửa chặn UDP; hãy đặt transport: tcp.`,
  ],
  [/^nobody listens at this address and port$/, () => 'Không có thiết bị nào nhận ở địa chỉ và cổng này.'],
  [/^no way to this address$/, () => 'Không có đường mạng tới địa chỉ này.'],
  [/^no answer$/, () => 'Camera không trả lời.'],
  [/^the name is not known or the connection broke$/, () => 'Không tìm thấy tên máy, hoặc kết nối bị đứt.'],
  [/^the camera refuses username or password$/, () => 'Camera từ chối tên hoặc mật khẩu.'],
  [/^this user may not see the stream$/, () => 'Tài khoản này không được xem luồng hình.'],
  [/^the camera knows no such path$/, () => 'Camera không có đường dẫn này.'],
  [/^the answer is not RTSP or describes no stream$/, () => 'Thiết bị trả lời không đúng RTSP.'],
  [/^the camera refuses: (.+)$/, (why) => `Camera từ chối: ${why}.`],
  [/^the camera ended the stream$/, () => 'Camera đã kết thúc luồng hình.'],
  [/^the camera sends nothing any more$/, () => 'Camera không gửi gì nữa.'],
  [/^the stream cannot be read any further$/, () => 'Không đọc tiếp được luồng hình.'],
  [/^the connection broke: (.+)$/, (why) => `Kết nối bị đứt: ${why}.`],
  [/^no packet for (\S+) s$/, (wait) => `Không nhận được dữ liệu trong ${decimal(wait)} giây.`],
  [
    /^packets come, but no picture can be made of them for (\S+) s$/,
    (wait) => `Có dữ liệu đến nhưng không dựng được hình trong ${decimal(wait)} giây.`,
  ],
  [/^(\d+) earlier connections hang$/, (n) => `${n} kết nối trước đó đang treo.`],
  [/^the stream has no video$/, () => 'Luồng không có hình.'],
  [
    /^the video is (.+); h264 and hevc \(H\.265\) can be used$/,
    (codec) => `Hình nén kiểu ${codec}; chỉ dùng được H.264 và H.265.`,
  ],
  [
    /^(?:reading failed unexpectedly|an unexpected error); see the log$/,
    () => 'Lỗi ngoài dự kiến; xem nhật ký của chương trình trên máy camera.',
  ],
];
const MORE = / \(and (\d+) more\)$/;

/** Return the sentence in Vietnamese; one of an unknown shape becomes a general one. */
export function cameraSentenceVi(sentence: string): string {
  const more = MORE.exec(sentence);
  const told = tell(more === null ? sentence : sentence.slice(0, more.index));
  const words = told === undefined ? 'Máy camera báo một lỗi kỹ thuật; xem nhật ký của chương trình.' : told;
  return more === null ? words : `${words} (và ${more[1] ?? ''} điều khác)`;
}

function tell(sentence: string): string | undefined {
  for (const [shape, words] of SENTENCES) {
    const found = shape.exec(sentence);
    if (found !== null) return words(...found.slice(1));
  }
  return undefined;
}
