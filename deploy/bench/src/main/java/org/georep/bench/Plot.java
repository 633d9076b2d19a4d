package org.georep.bench;

import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/**
 * What was measured, as a picture in SVG: for each work a bar for each peer, from the fastest
 * peer's time, to the left where it is faster and to the right where it is slower, on a logarithmic
 * scale that all works share. Light or dark as the reader's screen is.
 */
final class Plot {
  private static final int WIDTH = 860;
  private static final int LEFT = 150;
  private static final int RIGHT = 690;
  private static final int TOP = 84;
  private static final int ROW = 20;
  private static final int BAR = 13;
  private static final int HEAD = 28;
  private static final int GAP = 14;
  private static final int FOOT = 20;
  private static final double WIDEST = 3;
  private static final double THINNEST = 5;

  private static final String STYLE =
      """
      <style>
        text { font: 13px system-ui, -apple-system, "Segoe UI", Roboto, sans-serif; fill: #1f2328; }
        .title { font-size: 16px; font-weight: 600; }
        .work { font-weight: 600; }
        .faint { fill: #59636e; }
        .ours { font-weight: 600; }
        .number { text-anchor: start; }
        .peer { text-anchor: end; }
        .tick { text-anchor: middle; fill: #59636e; font-size: 12px; }
        .ground { fill: #ffffff; }
        .grid { stroke: #d1d9e0; }
        .one { stroke: #59636e; }
        .bar { fill: #9aa4af; }
        .bar.ours { fill: #0969da; }
        @media (prefers-color-scheme: dark) {
          text { fill: #f0f6fc; }
          .faint, .tick { fill: #9198a1; }
          .ground { fill: #0d1117; }
          .grid { stroke: #3d444d; }
          .one { stroke: #9198a1; }
          .bar { fill: #656c76; }
          .bar.ours { fill: #4493f8; }
        }
      </style>
      """;

  private final List<Work> works;
  private final double low;
  private final double high;

  private Plot(List<Work> works) {
    this.works = works;
    double least = -1;
    double most = 1;
    for (Work work : works) {
      for (String peer : work.peers().keySet()) {
        double decades = Math.log10(work.median(peer) / work.reference().orElseThrow());
        least = Math.min(least, decades);
        most = Math.max(most, decades);
      }
    }
    // Whole decades; what lies beyond a thousandth or a thousand times ends at the edge.
    low = Math.max(-WIDEST, Math.floor(least));
    high = Math.min(WIDEST, Math.ceil(most));
  }

  /** Draws the works in which georep was not alone. */
  static String of(List<Work> works) {
    List<Work> compared = works.stream().filter(work -> work.reference().orElse(0) > 0).toList();
    return new Plot(compared).draw();
  }

  private String draw() {
    int height = TOP + FOOT;
    for (Work work : works) {
      height += HEAD + ROW * work.peers().size() + GAP;
    }
    StringBuilder svg = new StringBuilder(16_384);
    svg.append("<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"").append(WIDTH);
    svg.append("\" height=\"").append(height).append("\" viewBox=\"0 0 ").append(WIDTH);
    svg.append(' ').append(height).append("\" role=\"img\" aria-labelledby=\"title\">\n");
    svg.append(STYLE);
    svg.append("<rect class=\"ground\" width=\"100%\" height=\"100%\" rx=\"6\"/>\n");
    text(svg, 20, 28, "title\" id=\"title", "georep and its peers");
    text(
        svg,
        20,
        48,
        "faint",
        "Medians, as multiples of the fastest peer's; left of the line is faster. " + dates());
    grid(svg, height);
    int y = TOP;
    for (Work work : works) {
      text(svg, 20, y + 16, "work", work.about());
      y += HEAD;
      for (String peer : work.peers().keySet()) {
        bar(svg, work, peer, y);
        y += ROW;
      }
      y += GAP;
    }
    return svg.append("</svg>\n").toString();
  }

  private String dates() {
    Set<String> dates = new LinkedHashSet<>();
    works.forEach(work -> dates.add(work.measured()));
    return String.join(", ", dates.stream().sorted().toList());
  }

  private void grid(StringBuilder svg, int height) {
    for (int decade = (int) low; decade <= high; decade++) {
      double x = at(decade);
      svg.append(
          String.format(
              Locale.ROOT,
              "<line class=\"%s\" x1=\"%.1f\" x2=\"%.1f\" y1=\"%d\" y2=\"%d\"/>%n",
              decade == 0 ? "one" : "grid",
              x,
              x,
              TOP - 8,
              height - FOOT));
      String label = decade == 0 ? "fastest peer" : times(Math.pow(10, decade));
      text(svg, x, TOP - 14, "tick", label);
    }
  }

  private void bar(StringBuilder svg, Work work, String peer, int y) {
    double median = work.median(peer);
    double ratio = median / work.reference().orElseThrow();
    double one = at(0);
    double end = at(Math.min(high, Math.max(low, Math.log10(ratio))));
    String ours = Work.isGeorep(peer) ? " ours" : "";
    text(svg, LEFT - 10.0, y + 12, "peer" + ours, peer);
    // Whoever is at the line gets a mark on it.
    double from = Math.min(one, end) - (Math.abs(end - one) < THINNEST ? THINNEST / 2 : 0);
    svg.append(
        String.format(
            Locale.ROOT,
            "<rect class=\"bar%s\" x=\"%.1f\" y=\"%d\" width=\"%.1f\" height=\"%d\" rx=\"2\"/>%n",
            ours,
            from,
            y + (ROW - BAR) / 2 - 1,
            Math.max(THINNEST, Math.abs(end - one)),
            BAR));
    text(
        svg,
        RIGHT + 12.0,
        y + 12,
        "number" + ours,
        Table.number(median) + " " + work.unit() + ", " + times(ratio));
  }

  private double at(double decades) {
    return LEFT + (RIGHT - LEFT) * (decades - low) / (high - low);
  }

  /** As short as a label may be: two digits that count. */
  private static String times(double ratio) {
    String format =
        ratio >= 9.95 ? "%.0f" : ratio >= 0.995 ? "%.1f" : ratio >= 0.0995 ? "%.2f" : "%.3f";
    String digits = String.format(Locale.ROOT, format, ratio);
    return "\u00d7" + (digits.contains(".") ? digits.replaceAll("\\.?0+$", "") : digits);
  }

  private static void text(StringBuilder svg, double x, int y, String kind, String words) {
    String escaped = words.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;");
    svg.append(
        String.format(
            Locale.ROOT,
            "<text class=\"%s\" x=\"%.1f\" y=\"%d\">%s</text>%n",
            kind,
            x,
            y,
            escaped));
  }
}
