import { describe, expect, it } from 'vitest';
import { cameraSentenceVi } from '../src/text/camera_sentences_vi';

const SMALL =
  'rule gate: in 19% of the zone cong a truck is smaller than the 24 px wanted: at worst it is outside every view ' +
  '(31 m away, bearing 270°); from this mast it is seen up to 80 m; draw the zone nearer, or lower views.smallest.truck';

describe('what a camera says of itself', () => {
  it.each([
    [
      SMALL,
      'Luật gate: ở 19 % vùng cong, xe tải nhỏ hơn 24 px cần có; chỗ kém nhất nằm ngoài mọi góc nhìn ' +
        '(cách 31 m, hướng 270°); từ cột này nhìn rõ đến 80 m. Hãy vẽ vùng gần hơn hoặc giảm views.smallest.truck.',
    ],
    ['no packet for 2.5 s', 'Không nhận được dữ liệu trong 2,5 giây.'],
    ['the camera refuses username or password', 'Camera từ chối tên hoặc mật khẩu.'],
    ['the camera ended the stream (and 2 more)', 'Camera đã kết thúc luồng hình. (và 2 điều khác)'],
    [
      'masks.0: sân sau lies outside the picture of 640 × 480 pixels and would hide nothing',
      'Vùng che số 1 nằm ngoài hình 640 × 480 điểm ảnh nên không che gì.',
    ],
    ['Segmentation fault', 'Máy camera báo một lỗi kỹ thuật; xem nhật ký của chương trình.'],
  ])('is said in Vietnamese: %s', (said, words) => {
    expect(cameraSentenceVi(said)).toBe(words);
  });
});
