"""Any table as a CSV or Excel file."""
