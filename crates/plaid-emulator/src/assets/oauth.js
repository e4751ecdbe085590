// The bank has answered: its window has nothing left to do.
window.close();
