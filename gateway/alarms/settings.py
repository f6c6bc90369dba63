"""When the centre raises alarms of its own."""

from pydantic import Field

from quantrac_core.config.strict import StrictModel


class AlarmSettings(StrictModel):
    """Delays before the centre's own alarms, so that a short break pages nobody."""

    station_delay_s: float = Field(default=60.0, ge=0, le=86_400)
    camera_delay_s: float = Field(default=60.0, ge=0, le=86_400)
    clock_delay_s: float = Field(default=600.0, ge=0, le=86_400)
    notices_delay_s: float = Field(default=300.0, ge=0, le=86_400)
    loss_quiet_s: float = Field(default=900.0, ge=10, le=86_400)
    late_confirm_s: float = Field(default=120.0, ge=1, le=86_400)
    reconnect_patience_s: float = Field(default=30.0, ge=0, le=3_600)
