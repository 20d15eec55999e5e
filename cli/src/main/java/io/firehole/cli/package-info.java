/**
 * The program: its commands, and the one place that puts Firehole together.
 *
 * <p>Each command is a class of its own that reads its options, hands them to a package that does the work, and turns
 * what comes back into words and an exit code. Data goes to stdout, words to stderr. Commands run on the main thread;
 * what they wait for ends by itself or by a signal.
 */
@NullMarked
package io.firehole.cli;

import org.jspecify.annotations.NullMarked;
