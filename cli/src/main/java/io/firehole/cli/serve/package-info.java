/**
 * Firehole put together: one pool before one provider, and one gateway before that pool.
 *
 * <p>{@link io.firehole.cli.serve.Daemon} is the one place that knows all the parts. What is printed of them, and where, is a
 * command's business.
 */
@NullMarked
package io.firehole.cli.serve;

import org.jspecify.annotations.NullMarked;
