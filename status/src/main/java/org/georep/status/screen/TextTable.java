package org.georep.status.screen;

import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;

/** Columns lined up by two spaces; widths counted in characters. For one thread. */
final class TextTable {
  private static final String SEPARATOR = "  ";

  private final List<List<String>> rows = new ArrayList<>();

  TextTable(List<String> heading) {
    rows.add(List.copyOf(heading));
  }

  void row(List<String> cells) {
    if (cells.size() != rows.get(0).size()) {
      throw new IllegalArgumentException("a row has as many cells as the heading");
    }
    rows.add(List.copyOf(cells));
  }

  /** Returns the heading and the rows, without trailing spaces. */
  List<String> lines() {
    List<String> lines = new ArrayList<>();
    for (List<String> row : rows) {
      StringBuilder line = new StringBuilder();
      for (int column = 0; column < row.size(); column++) {
        String cell = row.get(column);
        line.append(column == 0 ? "" : SEPARATOR).append(cell);
        line.append(" ".repeat(width(column) - length(cell)));
      }
      lines.add(line.toString().stripTrailing());
    }
    return lines;
  }

  /** Returns a line of {@link #lines} with one cell, without its padding, painted. */
  String paintCell(String line, int column, UnaryOperator<String> painter) {
    int start = 0;
    for (int i = 0; i < column; i++) {
      start += width(i) + SEPARATOR.length();
    }
    int from = line.offsetByCodePoints(0, start);
    int to = line.offsetByCodePoints(from, Math.min(width(column), length(line.substring(from))));
    String cell = line.substring(from, to);
    String bare = cell.stripTrailing();
    return line.substring(0, from)
        + painter.apply(bare)
        + " ".repeat(cell.length() - bare.length())
        + line.substring(to);
  }

  private int width(int column) {
    return rows.stream().mapToInt(row -> length(row.get(column))).max().orElse(0);
  }

  private static int length(String text) {
    return text.codePointCount(0, text.length());
  }
}
