/**
 * Where the log goes, and what never goes into it.
 *
 * <p>All of it goes to stderr: stdout belongs to data. Libraries speak only from WARN up. Whoever reads a token tells
 * {@link io.firehole.cli.logging.Redaction}, which then takes it out of every line, whatever code wrote it there; that
 * is the second line of defence, the first being types that do not print their secret. Any thread may log.
 */
@NullMarked
package io.firehole.cli.logging;

import org.jspecify.annotations.NullMarked;
