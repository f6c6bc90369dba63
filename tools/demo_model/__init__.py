"""How the demo model is made: rendered views, training, export, judgement."""
