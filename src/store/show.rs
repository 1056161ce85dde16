//! Printing stored structures: `debpress show`.
