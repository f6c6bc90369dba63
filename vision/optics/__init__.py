"""From a camera's pixels to directions and places, and from the 360° picture to upright views."""
