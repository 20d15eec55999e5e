package io.firehole.filters;

import com.google.protobuf.ByteString;
import io.firehole.wire.proto.SubscribeRequestAccountsDataSlice;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Which parts of an account's data a stream wants. Belongs to the whole stream, so equal slices may share one.
 *
 * <p>Immutable. No slices mean full data; the one slice of length 0 means none.
 */
public final class DataSlices {

    /** Full data. */
    public static final DataSlices NONE = new DataSlices(true, List.of());

    private final boolean whole;

    /** Those that are longer than 0; the others take nothing from any data. Offsets and ends never go back. */
    private final List<Slice> slices;

    private DataSlices(boolean whole, List<Slice> slices) {
        this.whole = whole;
        this.slices = slices;
    }

    /** Both unsigned; offset + length may be more than numbers go. */
    private record Slice(long offset, long length) {

        boolean endsBeyondNumbers() {
            return Long.compareUnsigned(offset + length, offset) < 0;
        }

        /** Unsigned; the greatest number if it is beyond that. */
        long end() {
            return endsBeyondNumbers() ? -1 : offset + length;
        }
    }

    /**
     * The slices of a request, in its order.
     *
     * @throws InvalidFilterException if there are more than allowed, or they go back, or overlap
     */
    static DataSlices compile(List<SubscribeRequestAccountsDataSlice> requested, long max)
            throws InvalidFilterException {
        LimitCheck.max(requested.size(), max);
        if (requested.isEmpty()) {
            return NONE;
        }
        List<Slice> slices = new ArrayList<>(requested.size());
        for (SubscribeRequestAccountsDataSlice slice : requested) {
            slices.add(new Slice(slice.getOffset(), slice.getLength()));
        }
        // The reference compares each slice with all others, which is quadratic in what a client sends. Its answer is
        // the fault of the first slice that has one, the order before the overlap: the least offset to come and the
        // greatest end so far tell the same.
        long[] leastOffset = new long[slices.size() + 1];
        leastOffset[slices.size()] = -1;
        for (int i = slices.size() - 1; i >= 0; i--) {
            leastOffset[i] = leastUnsigned(leastOffset[i + 1], slices.get(i).offset);
        }
        long greatestEnd = 0;
        boolean toTheEnd = false;
        for (int i = 0; i < slices.size(); i++) {
            Slice slice = slices.get(i);
            if (Long.compareUnsigned(slice.offset, leastOffset[i + 1]) > 0) {
                throw InvalidFilterException.because("failed to create filter: data slices out of order")
                        .in("[" + i + "]");
            }
            if (toTheEnd || Long.compareUnsigned(slice.offset, greatestEnd) < 0) {
                throw InvalidFilterException.because("failed to create filter: data slices overlapped")
                        .in("[" + i + "]");
            }
            toTheEnd |= slice.endsBeyondNumbers();
            greatestEnd = Long.compareUnsigned(slice.end(), greatestEnd) > 0 ? slice.end() : greatestEnd;
        }
        slices.removeIf(slice -> slice.length == 0);
        return new DataSlices(false, List.copyOf(slices));
    }

    private static long leastUnsigned(long a, long b) {
        return Long.compareUnsigned(a, b) <= 0 ? a : b;
    }

    /** Whether the data stay whole. */
    public boolean isEmpty() {
        return whole;
    }

    /** The slices that fit into the data as a whole, one after the other; a slice that does not fit is left out. */
    public ByteString apply(ByteString data) {
        if (whole) {
            return data;
        }
        ByteString cut = ByteString.EMPTY;
        for (Slice slice : slices) {
            if (Long.compareUnsigned(slice.end(), data.size()) > 0) {
                break; // and so do all that follow
            }
            cut = cut.concat(data.substring((int) slice.offset, (int) slice.end()));
        }
        return cut;
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof DataSlices that && whole == that.whole && slices.equals(that.slices);
    }

    @Override
    public int hashCode() {
        return 31 * slices.hashCode() + Boolean.hashCode(whole);
    }

    @Override
    public String toString() {
        return whole
                ? "whole"
                : slices.stream()
                        .map(slice -> Long.toUnsignedString(slice.offset) + ".." + Long.toUnsignedString(slice.end()))
                        .toList()
                        .toString();
    }
}
