package io.firehole.simulator.chain;

import java.util.Arrays;

/** Positions in a run of bytes, collected while templates are made. */
final class PlaceList {
    private int[] places = new int[8];
    private int size;

    void add(int place) {
        if (size == places.length) {
            places = Arrays.copyOf(places, 2 * size);
        }
        places[size++] = place;
    }

    int[] toArray() {
        return Arrays.copyOf(places, size);
    }
}
