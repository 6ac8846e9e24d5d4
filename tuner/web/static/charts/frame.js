// What all charts look like: text, lines and room, in the colours of the page.

/** Of more points, a series is drawn at once, without animation of each. */
export const MANY = 2000;

/** The page's colours as they are now, light or dark. */
export function lookOf(element) {
  const probe = document.createElement("span");
  element.append(probe);
  const colour = (name) => {
    probe.style.color = `var(--${name})`;
    return getComputedStyle(probe).color;
  };
  const [text, muted, line, card, raised, accent, quiet] = ["text", "muted", "line", "card", "raised", "accent", "quiet"].map(colour);
  probe.remove();
  const font = getComputedStyle(document.body).fontFamily;
  return { text, muted, line, card, raised, accent, quiet, font, narrow: element.clientWidth < 520, wide: element.clientWidth > 1000 };
}

export function frame(look) {
  return {
    animation: false,
    textStyle: { color: look.muted, fontFamily: look.font },
    grid: { left: 12, right: 16, top: 34, bottom: 26, containLabel: true },
    legend: {
      top: 0, left: 0, type: "scroll", itemHeight: 10, itemWidth: 16, itemGap: 12,
      textStyle: { color: look.muted, fontSize: 12 }, inactiveColor: look.line, pageIconColor: look.muted, pageTextStyle: { color: look.muted },
    },
    tooltip: {
      // Its HTML has styles of its own, which the page's policy forbids.
      renderMode: "richText", confine: true, backgroundColor: look.raised, borderColor: look.line,
      textStyle: { color: look.text, fontSize: 12 },
    },
  };
}

/** In the place of a chart that has nothing to show yet. */
export function emptyWords(look, text) {
  const style = { text, textAlign: "center", fill: look.muted, font: `14px ${look.font}`, lineHeight: 22, width: 280, overflow: "break" };
  return { graphic: { type: "text", left: "center", top: "middle", silent: true, style } };
}

const written = (value) => String(Number(value.toPrecision(3)));

/** Ends of a range that are no round numbers have no label. */
export function axis(look, further) {
  const { splitLine, axisLabel, ...rest } = further;
  const cut = rest.min !== undefined && !Number.isInteger(rest.min);
  return {
    type: "value",
    nameLocation: "middle",
    nameGap: 26,
    nameTextStyle: { color: look.muted, fontSize: 12 },
    axisLine: { lineStyle: { color: look.line } },
    axisTick: { show: false },
    axisLabel: { color: look.muted, fontSize: 11, hideOverlap: true, showMinLabel: !cut, showMaxLabel: !cut, formatter: written, ...axisLabel },
    splitLine: { lineStyle: { color: look.line, opacity: 0.6 }, ...splitLine },
    ...rest,
  };
}
