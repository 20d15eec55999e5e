/**
 * What a filter of the Yellowstone protocol means.
 *
 * <p>A {@code SubscribeRequest} comes in and is compiled into a {@link FilterSet}, or refused with the text the
 * reference server would send ({@link InvalidFilterException}). An update comes in as facts ({@link TransactionFacts},
 * {@link AccountFacts}), worked out once for however many filter sets are asked; out comes the list of matching filter
 * names, in the order in which the request has them.
 *
 * <p>Everything compiled here is immutable and may be used from any thread; {@link CuckooSet} alone can be written to,
 * and says so. Nothing here knows of streams, replay or who asked (see {@code pool}); counting what matched lives in
 * {@link io.firehole.filters.tally}. 64-bit numbers are unsigned throughout.
 */
@NullMarked
package io.firehole.filters;

import org.jspecify.annotations.NullMarked;
