//! The backend of Connect.
