/**
 * The filters.
 */
@NullMarked
package io.firehole.filters;

import org.jspecify.annotations.NullMarked;
