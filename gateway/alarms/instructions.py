"""What to do, in Vietnamese and English, where nobody has written better for the place."""

from typing import Final

_INSTRUCTIONS: Final[dict[str, tuple[str, str]]] = {
    "limit": (
        "1. Gọi trạm, hỏi tình hình vận hành và thiết bị đo.\n"
        "2. Đối chiếu với thông số liên quan và trạng thái thiết bị.\n"
        "3. Nếu vượt ngưỡng thật: báo trưởng ca, yêu cầu cơ sở giảm hoặc dừng xả, "
        "lấy mẫu đối chứng.\n"
        "4. Ghi nguyên nhân và biện pháp vào ghi chú.",
        "1. Call the station: how does the plant run, how is the analyser?\n"
        "2. Compare related channels and device states.\n"
        "3. If it is real: tell the shift leader, have the discharge reduced or stopped, "
        "take a control sample.\n4. Write cause and measures into the note.",
    ),
    "warn": (
        "1. Theo dõi diễn biến trong 15 phút.\n"
        "2. Nếu diễn biến xấu thêm: gọi trạm nhắc kiểm tra vận hành trước khi vượt ngưỡng.",
        "1. Watch the trend for 15 minutes.\n"
        "2. If it goes on: call the station before the limit is passed.",
    ),
    "station_offline": (
        "1. Kiểm tra các trạm khác có mất kết nối không (lỗi mạng chung).\n"
        "2. Gọi trạm: nguồn điện, đường truyền, máy tính tại trạm.\n"
        "3. Số liệu vẫn được lưu tại trạm và sẽ gửi bù khi có mạng.",
        "1. Are other stations away too (common network)?\n"
        "2. Call the station: power, line, station computer.\n"
        "3. The station keeps measuring and sends the data later.",
    ),
    "camera_down": (
        "1. Mở trang camera xem trạng thái.\n2. Kiểm tra nguồn, đường truyền, máy phân tích.\n"
        "3. Báo đội kỹ thuật và đơn vị an ninh về vùng không quan sát được.",
        "1. Look at the camera's page.\n2. Check power, line and the analysing computer.\n"
        "3. Tell the technicians, and the police which area is not watched.",
    ),
    "notices_failing": (
        "1. Gọi điện trực tiếp cho người trực: tin qua kênh này chưa tới.\n"
        "2. Mở trang Thông báo, thẻ Tin đã gửi: xem lỗi và ai chưa nhận được.\n"
        "3. Kiểm tra đường mạng, máy chủ, mật khẩu hoặc địa chỉ người nhận.\n"
        "4. Sửa xong thì bấm «Gửi tin thử»; cảnh báo tự hết khi tin đến nơi.",
        "1. Phone whoever is on duty: what goes through this channel does not arrive.\n"
        "2. Page Notices, tab Deliveries: what is the error, who has not been told?\n"
        "3. Check network, server, password or the recipient's address.\n"
        "4. Then send a test message; the alarm ends when one arrives.",
    ),
    "clock_unsynced": (
        "Báo kỹ thuật kiểm tra đồng bộ giờ (NTP) của máy tính tại trạm; "
        "thời điểm của số liệu có thể sai lệch.",
        "Have the time synchronisation (NTP) of the station's computer checked; "
        "the times of its data may be off.",
    ),
    "data_lost": (
        "Một phần số liệu không còn tại trạm và không thể gửi bù. "
        "Ghi nhận khoảng thiếu vào báo cáo và tìm nguyên nhân (đầy đĩa, hỏng đĩa, thay máy).",
        "Some data are no longer at the station and cannot be sent again. "
        "Record the gap in the report and find the cause (disk full, disk broken, replaced).",
    ),
}


def instructions_for(kind: str) -> tuple[str, str]:
    """Return the default instructions (Vietnamese, English) of a level or a centre's alarm."""
    return _INSTRUCTIONS.get(kind, ("", ""))
