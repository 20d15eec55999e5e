/**
 * The pool.
 */
@NullMarked
package io.firehole.pool;

import org.jspecify.annotations.NullMarked;
