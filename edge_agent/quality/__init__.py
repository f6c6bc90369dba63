"""Judgement of measured values: range, spike, rate and stuck; the value itself is never altered."""
