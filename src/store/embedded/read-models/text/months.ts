/** A month as a label of the index: times are narrowed down by it before they are looked at one by one. */
export function monthOf(time: string): string {
  return `month:${time.slice(0, 7)}`;
}

/** Every month from one time to another; undefined when they are too many to be worth it. */
export function monthsBetween(from: string, until: string, most: number): readonly string[] | undefined {
  const months: string[] = [];
  for (let [year, month] = [Number(from.slice(0, 4)), Number(from.slice(5, 7))]; months.length <= most; month += 1) {
    if (month > 12) [year, month] = [year + 1, 1];
    const label = monthOf(`${String(year).padStart(4, '0')}-${String(month).padStart(2, '0')}`);
    if (label > monthOf(until)) return months;
    months.push(label);
  }
  return undefined;
}
