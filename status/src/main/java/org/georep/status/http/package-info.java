/**
 * Reports over HTTP: {@code /metrics} for Prometheus, {@code /status} and {@code /history} for
 * programs, {@code /health} for what watches over services, and the page at {@code /} for people.
 * Everything is read-only. On loopback whoever is on this host may read; on any other address a
 * token is asked for. What a report says, names of files above all, is data: it goes out as JSON,
 * and the page shows it as text only.
 */
@NullMarked
package org.georep.status.http;

import org.jspecify.annotations.NullMarked;
