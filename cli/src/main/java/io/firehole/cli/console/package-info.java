/**
 * What commands ask of a running Firehole's console, and how they show it in a terminal.
 *
 * <p>Everything here runs on the command's own thread and may wait for the console. Texts that come from it may hold names
 * of strangers: they are printed without their control characters.
 */
@NullMarked
package io.firehole.cli.console;

import org.jspecify.annotations.NullMarked;
