"""Three simulated stations behind real Modbus servers, for the demo and the tests."""
