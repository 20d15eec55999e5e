package io.firehole.simulator.control;

/**
 * An answer of the control API.
 *
 * @param status of HTTP
 * @param body what becomes its JSON
 */
record Answer(int status, Object body) {

    static Answer ok(Object body) {
        return new Answer(200, body);
    }

    static Answer badRequest(String error) {
        return new Answer(400, new Problem(error));
    }

    /** What is wrong. */
    record Problem(String error) {}
}
