//! deltalab-figures
