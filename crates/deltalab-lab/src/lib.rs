//! deltalab-lab
