/**
 * View: what a report shows, ready for display. Every format renders this and nothing else.
 *
 * All texts are already formatted and safe to show (no control, ANSI or bidi characters; see visible-text.ts); raw numbers stand
 * beside them only where a figure is drawn. JSON-serialisable, finite numbers only.
 * Interfaces alone, without imports, so that the page's script in the browser shares them.
 * @module
 */

/** The version of the view as JSON. A change of meaning raises it. */
export type ViewVersion = 1;

export type Outcome = 'pass' | 'fail' | 'inconclusive' | 'incomplete' | 'not-run' | 'measured';

/** An outcome is never shown by colour alone: glyph and word go with it. */
export interface Status {
  readonly outcome: Outcome;
  readonly glyph: string;
  readonly word: string;
}

export type ReportId = 'determinism' | 'drift' | 'leakage';

/** What has a section: the reports, the timing audit (judged as leakage), and what is measured beside them and never judged. */
export type SectionId = ReportId | 'cache-timing' | 'baseline' | 'diagnosis' | 'profile';

export interface NamedValue {
  readonly name: string;
  readonly value: string;
}

export interface Banner {
  readonly status: Status;
  /** `PARTIAL` when shards of the run are missing; the sentence then begins with it. Empty for none. */
  readonly stamp: string;
  /** One sentence that names axis and level. */
  readonly sentence: string;
  readonly exitCode: number;
  readonly exitMeaning: string;
  readonly policyName: string;
  /** The policy's bounds in words; empty when the manifest does not hold them. */
  readonly policyBounds: readonly string[];
  readonly units: string;
  readonly reproduce: string;
  /** What would change the verdict, most important first. */
  readonly wouldChange: readonly string[];
}

export interface ReportCard {
  readonly report: ReportId;
  readonly title: string;
  /** Which determinism, which leakage: the word never stands alone. */
  readonly kinds: string;
  readonly status: Status;
  /** The one number of this report, for example `20 / 20`. */
  readonly figure: string;
  /** What the number is, for example `levels keep every bit`. */
  readonly figureCaption: string;
  readonly summary: string;
}

export interface MatrixCell {
  readonly level: string;
  readonly label: string;
  readonly status: Status;
  /** The value in short, for example `24/24` or `KL 2.4e-4`. */
  readonly value: string;
  /** How many comparisons stand behind it, for example `n 24`. */
  readonly n: string;
  /** What the value still allows, for example `≤ 11.7 %`; empty where nothing is known. */
  readonly interval: string;
  /** The id of the table row. */
  readonly rowId: string;
}

export interface MatrixAxis {
  readonly axis: string;
  readonly status: Status;
  readonly cells: readonly MatrixCell[];
}

/** Axes that owe the same thing. */
export interface MatrixBand {
  readonly report: ReportId;
  readonly title: string;
  readonly axes: readonly MatrixAxis[];
}

export interface Column {
  readonly id: string;
  readonly title: string;
  readonly align: 'start' | 'end';
  /** The heading in a narrow terminal; null = not shown there. */
  readonly shortTitle: string | null;
  /** What the column means, for a reader who asks. */
  readonly help: string;
}

export interface Cell {
  readonly text: string;
  /** A second, smaller line; empty for none. */
  readonly sub: string;
  /** Something is wrong with this very value. */
  readonly marked: boolean;
}

export interface TableRow {
  readonly id: string;
  readonly status: Status;
  readonly cells: readonly Cell[];
  /** Why the outcome is what it is; empty for a plain pass. */
  readonly notes: readonly string[];
}

export interface RowGroup {
  readonly title: string;
  readonly note: string;
  /** Of no interest to most readers: shown on demand. */
  readonly collapsed: boolean;
  readonly rows: readonly TableRow[];
}

export interface Table {
  readonly id: string;
  readonly caption: string;
  readonly columns: readonly Column[];
  readonly groups: readonly RowGroup[];
}

/** What a series means, which decides its colour. */
export type SeriesRole = 'equal' | 'tokens-only' | 'different' | 'unknown' | 'owed' | 'free' | 'plain';

export interface Series {
  readonly name: string;
  readonly role: SeriesRole;
  readonly values: readonly (number | null)[];
  /** Ends of the interval of each value; absent = none is drawn. */
  readonly low?: readonly (number | null)[];
  readonly high?: readonly (number | null)[];
}

interface FigureBase {
  readonly id: string;
  readonly title: string;
  /** What to see in it, and how to read it. */
  readonly caption: string;
}

/** One horizontal bar per category, cut into the series. */
export interface StackedBarsFigure extends FigureBase {
  readonly kind: 'stacked-bars';
  readonly categories: readonly string[];
  readonly series: readonly Series[];
  readonly xTitle: string;
}

export interface HistogramFigure extends FigureBase {
  readonly kind: 'histogram';
  readonly bins: readonly string[];
  readonly series: readonly Series[];
  readonly xTitle: string;
  readonly yTitle: string;
}

export interface IntervalPoint {
  readonly label: string;
  readonly axis: string;
  readonly status: Status;
  readonly value: number;
  readonly low: number | null;
  readonly high: number | null;
  /** What the policy allows; null = no bound. */
  readonly bound: number | null;
  /** Value and interval in words. */
  readonly text: string;
}

export interface IntervalBand {
  readonly name: string;
  /** Absent = where the band before it ends. */
  readonly min?: number;
  readonly max: number;
}

/** One point with its interval per category; on a logarithmic axis a value of zero is drawn at the left edge. */
export interface IntervalsFigure extends FigureBase {
  readonly kind: 'intervals';
  readonly scale: 'logarithmic' | 'linear';
  /** What a point is, for example `mean`. */
  readonly pointName: string;
  readonly points: readonly IntervalPoint[];
  /** Named ranges that are shaded behind the points. */
  readonly bands: readonly IntervalBand[];
  readonly xTitle: string;
}

/** Lines on a logarithmic axis; null and zero are gaps. */
export interface LinesFigure extends FigureBase {
  readonly kind: 'lines';
  readonly x: readonly string[];
  readonly series: readonly Series[];
  readonly xTitle: string;
  readonly yTitle: string;
}

export interface Curve {
  readonly name: string;
  readonly role: SeriesRole;
  /** Ascending in x. */
  readonly points: readonly { readonly x: number; readonly y: number }[];
}

/** Steps over numbers, such as empirical distributions; on a logarithmic axis an x of zero is drawn at the left edge. */
export interface CurvesFigure extends FigureBase {
  readonly kind: 'curves';
  readonly scale: 'logarithmic' | 'linear';
  readonly curves: readonly Curve[];
  readonly xTitle: string;
  readonly yTitle: string;
}

export interface GridCell {
  readonly text: string;
  /** What it says, in words. */
  readonly title: string;
  /** null = a number without a judgement. */
  readonly status: Status | null;
  /** How dark, 0 to 1; null = by status alone. */
  readonly shade: number | null;
}

/** Rows by columns; null = there is no such cell. */
export interface GridFigure extends FigureBase {
  readonly kind: 'grid';
  readonly rowTitle: string;
  readonly columnTitle: string;
  readonly columns: readonly string[];
  readonly rows: readonly { readonly name: string; readonly cells: readonly (GridCell | null)[] }[];
}

export type Figure = StackedBarsFigure | HistogramFigure | IntervalsFigure | LinesFigure | CurvesFigure | GridFigure;

export interface Tile {
  readonly value: string;
  readonly caption: string;
  readonly status: Status;
}

export interface Section {
  readonly report: SectionId;
  readonly title: string;
  readonly status: Status;
  readonly headline: string;
  /** What this report can show, and what it cannot. */
  readonly what: string;
  readonly tiles: readonly Tile[];
  readonly table: Table;
  /** Numbers that are no column: about levels, or about several of them together. */
  readonly facts: readonly NamedValue[];
  readonly figures: readonly Figure[];
  /** The counters that prove that a level's path ran. */
  readonly evidence: readonly { readonly rowId: string; readonly place: string; readonly counters: string }[];
}

/** A text in three pieces: equal to its partner, the first difference, the rest. */
export interface SplitText {
  readonly same: string;
  readonly first: string;
  readonly rest: string;
}

export interface DivergencePair {
  readonly caseId: string;
  readonly requestId: string;
  readonly unitId: string;
  /** Where it begins, in words. */
  readonly where: string;
  readonly textEqual: boolean;
  readonly reference: SplitText;
  readonly level: SplitText;
}

export interface DivergenceGroup {
  readonly rowId: string;
  readonly title: string;
  readonly label: string;
  readonly status: Status;
  /** True when nothing was allowed to differ. */
  readonly owed: boolean;
  readonly pairs: readonly DivergencePair[];
}

export interface CheckRow {
  readonly rowId: string | null;
  /** A report, `baseline`, or `serving-card`. */
  readonly report: string;
  readonly place: string;
  readonly rule: string;
  readonly observed: string;
  /** The p-value, and after the correction over its family; empty for a check without one. */
  readonly pValue: string;
  readonly status: Status;
  readonly reason: string;
  readonly needed: string;
}

/** A failure that is known and accepted until a day. */
export interface WaiverRow {
  readonly place: string;
  readonly owner: string;
  readonly expires: string;
  readonly reason: string;
  /** Whether it waives something now. */
  readonly state: string;
}

export interface UnitsView {
  readonly planned: number;
  readonly observed: number;
  readonly facts: readonly NamedValue[];
  readonly coverage: readonly {
    readonly perturbation: string;
    readonly planned: string;
    readonly observed: string;
    readonly requests: string;
    readonly time: string;
  }[];
  readonly missing: readonly { readonly unitId: string; readonly perturbation: string; readonly why: string }[];
}

export interface CardLine extends NamedValue {
  readonly source: 'observed' | 'declared' | 'inferred' | 'unknown';
}

/** The knob is the name, what it keeps in words the value. */
export interface KnobInvariant extends NamedValue {
  readonly keeps: string;
  readonly levels: number;
  /** Comparisons at the level that has the fewest. */
  readonly n: number;
  /** The highest failure rate that a level still allows (95 %), 0..1; null = nothing is verified. */
  readonly failureRateHigh: number | null;
}

export interface View {
  readonly viewVersion: ViewVersion;
  readonly runId: string;
  readonly createdAt: string;
  readonly evenkeelVersion: string;
  readonly target: string;
  readonly banner: Banner;
  readonly cards: readonly ReportCard[];
  readonly matrix: readonly MatrixBand[];
  readonly sections: readonly Section[];
  readonly divergences: readonly DivergenceGroup[];
  readonly checks: readonly CheckRow[];
  readonly waivers: readonly WaiverRow[];
  /** What each knob of the serving path leaves of an output: by axis. */
  readonly invariants: readonly KnobInvariant[];
  readonly units: UnitsView;
  readonly servingCard: readonly CardLine[];
  readonly capabilities: readonly NamedValue[];
  readonly manifest: readonly NamedValue[];
  readonly words: readonly { readonly word: string; readonly meaning: string }[];
}
