//! Text from a database is data: it must not be able to steer a terminal.
