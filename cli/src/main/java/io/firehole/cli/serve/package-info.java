/**
 * Firehole put together: one pool before one provider, one gateway before that pool, and how they stand in words.
 *
 * <p>{@link io.firehole.cli.serve.Daemon} is the one place that knows all the parts; {@link io.firehole.cli.serve.StatusBlock}
 * turns a picture of the pool into lines for a person. What prints them, and when, is a command's business.
 */
@NullMarked
package io.firehole.cli.serve;

import org.jspecify.annotations.NullMarked;
