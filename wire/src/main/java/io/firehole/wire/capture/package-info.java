/**
 * Recordings of updates, as they lie in {@code data/} and as {@code simulate --capture} takes them.
 *
 * <p>A {@link io.firehole.wire.capture.Capture} reads one whole file, checks its frame and keeps the messages as the
 * bytes they are; decoding them is left to who needs it. It blocks on the file while it opens, and is immutable after.
 * Writing recordings, and what their updates mean, is elsewhere.
 */
@NullMarked
package io.firehole.wire.capture;

import org.jspecify.annotations.NullMarked;
