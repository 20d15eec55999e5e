/**
 * The gateway.
 */
@NullMarked
package io.firehole.gateway;

import org.jspecify.annotations.NullMarked;
