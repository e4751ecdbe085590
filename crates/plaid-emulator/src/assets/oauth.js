// The user has answered on the bank's page: its window closes.
window.close();
