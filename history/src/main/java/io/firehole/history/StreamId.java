package io.firehole.history;

/**
 * Whose row it is.
 *
 * @param instance the host, by its configured name
 * @param life the process: two of one host never have the same
 * @param connection the number of its connection
 * @param monitor the monitor's id
 */
record StreamId(String instance, long life, String connection, String monitor) {}
