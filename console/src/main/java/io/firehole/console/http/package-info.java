/**
 * What every request to the console passes, whatever it asks.
 *
 * <p>A {@link io.firehole.console.http.FrontDoor} stands before all of them: it refuses foreign {@code Host}s and
 * {@code Origin}s, finds the {@link io.firehole.console.http.Route}, asks {@code access} who calls, and hands the question to the
 * {@link io.firehole.console.http.Resource} on a virtual thread, since a resource may wait. What comes back is a
 * {@link io.firehole.console.http.Reply}. Nothing here knows what a pool is. A {@link io.firehole.console.http.BoundedBody} goes the other way: it
 * takes in what others answer to us.
 */
@NullMarked
package io.firehole.console.http;

import org.jspecify.annotations.NullMarked;
