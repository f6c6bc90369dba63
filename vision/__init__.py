"""360° cameras in; security events with place, picture and clip out."""
