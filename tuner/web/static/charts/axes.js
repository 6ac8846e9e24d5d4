// Parameters as axes: where a value lies, whichever kind it has.
//
// A parameter: {name, values} of a choice, {name, low, high, log} of a number.
import { short } from "./values.js";

export const isChoice = (parameter) => "values" in parameter;

const key = (value) => `${typeof value}:${value}`;

const WIDE = 50;

/** Those that trials have; of those of which nobody said what may be tried, such as of a person's code, as wide as was. */
export function known(parameters, table) {
  const told = new Set(parameters.map((each) => each.name));
  const seen = Object.keys(table.params).filter((name) => !told.has(name)).map((name) => asSeen(name, table.params[name]));
  const used = [...parameters, ...seen].filter((each) => table.params[each.name]?.some((value) => value !== null));
  return used.map((each) => {
    if (!isChoice(each)) return each;
    const values = new Map(each.values.map((value) => [key(value), value]));
    for (const value of table.params[each.name]) if (value !== null) values.set(key(value), value);
    return { ...each, values: [...values.values()] };
  });
}

function asSeen(name, values) {
  const there = [...new Set(values.filter((value) => value !== null))];
  if (!there.length || !there.every((value) => typeof value === "number")) return { name, values: there };
  const low = there.reduce((one, other) => Math.min(one, other));
  const high = there.reduce((one, other) => Math.max(one, other));
  return { name, low, high, log: low > 0 && high / low >= WIDE };
}

/** Those that at least two trials differ in. */
export function varied(parameters, table) {
  return parameters.filter((each) => new Set(table.params[each.name].filter((value) => value !== null)).size > 1);
}

/** The place of a value among those of a choice; -1 where it is none of them. */
export function placeOf(parameter, value) {
  return parameter.values.findIndex((each) => key(each) === key(value));
}

export const labelsOf = (parameter) => parameter.values.map(short);

/** The most important first; those of which nothing is known keep their order behind them. */
export function byImportance(parameters, importance) {
  return [...parameters].sort((one, other) => (importance[other.name] ?? 0) - (importance[one.name] ?? 0));
}

/** Conditions for the table, as the API has them. */
export function condition(name, low, high) {
  return `${name}:${Number(low.toPrecision(6))}..${Number(high.toPrecision(6))}`;
}
