/**
 * What Firehole is told: flags, environment and a YAML file become the records that each part defines for itself.
 *
 * <p>{@code Keys} lists every setting there is. {@code Sources} takes its value from the first of flag, environment, file and
 * default that has it, and keeps word of where that was. Every fault is collected before anything is refused, so that one run shows
 * them all, each with its place, what is allowed and, for a name nobody knows, the nearest one. {@code Secrets} reads tokens,
 * passwords and URLs with keys from files of their own and tells them to the log's redaction; they are shown nowhere. Plain methods of
 * the caller's thread.
 */
@NullMarked
package io.firehole.cli.config;

import org.jspecify.annotations.NullMarked;
