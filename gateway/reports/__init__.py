"""The centre's weekly and monthly report: figures, words, the Word document and its life."""
