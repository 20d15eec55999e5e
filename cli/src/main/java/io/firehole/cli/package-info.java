/**
 * The cli.
 */
@NullMarked
package io.firehole.cli;

import org.jspecify.annotations.NullMarked;
