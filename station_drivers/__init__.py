"""Acquisition from analysers: register maps, request planning, decoding, links."""
