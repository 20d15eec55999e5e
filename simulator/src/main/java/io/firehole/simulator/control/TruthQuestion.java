package io.firehole.simulator.control;

import com.fasterxml.jackson.databind.JsonNode;
import io.firehole.simulator.truth.Truth;

/** Answers {@code POST /truth}. Any thread. */
public final class TruthQuestion {

    private final Truth truth;

    public TruthQuestion(Truth truth) {
        this.truth = truth;
    }

    Answer answer(JsonNode question) {
        return new Answer(501, new Answer.Problem("not built yet: " + (truth.hashCode() + question.size())));
    }
}
