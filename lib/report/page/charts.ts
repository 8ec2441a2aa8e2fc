import * as echarts from 'echarts';

/** One kind of bar. */
export interface Series {
	name: string;
	values: number[];
	/** A colour of the page, by the name of its CSS variable: `--good`. */
	colour: string;
}

const WIDTH = 720;
const HEIGHT = 190;
/** Labels along the time axis; more would overlap on a phone. */
const LABELS = 8;

/**
 * A stacked bar chart as SVG text without scripts and outside requests. Its colours are the page's CSS variables, so that
 * it follows light and dark.
 * @param labels one per step
 */
export function barChart(labels: readonly string[], series: readonly Series[]): string {
	const chart = echarts.init(null, null, { renderer: 'svg', ssr: true, width: WIDTH, height: HEIGHT });
	try {
		chart.setOption({
			animation: false,
			textStyle: { fontFamily: 'inherit', fontSize: 12 },
			grid: { left: 44, right: 8, top: 30, bottom: 24 },
			legend: {
				top: 0,
				left: 0,
				textStyle: { color: stand('--muted') },
				itemHeight: 10,
				itemWidth: 10,
				selectedMode: false,
			},
			xAxis: {
				type: 'category',
				data: [...labels],
				axisLabel: { color: stand('--muted'), interval: Math.ceil(labels.length / LABELS) - 1, hideOverlap: true },
				axisLine: { lineStyle: { color: stand('--line') } },
				axisTick: { show: false },
			},
			yAxis: {
				type: 'value',
				minInterval: 1,
				splitNumber: 3,
				axisLabel: { color: stand('--muted') },
				splitLine: { lineStyle: { color: stand('--line') } },
			},
			series: series.map(({ name, values, colour }) => ({
				name,
				type: 'bar',
				stack: 'all',
				data: values,
				itemStyle: { color: stand(colour) },
			})),
		});
		return themed(chart.renderToSVGString());
	} finally {
		chart.dispose();
	}
}

const stands = new Map<string, string>();

/** ECharts calculates with colours and knows no CSS variables: each variable goes through it as a colour of its own. */
function stand(variable: string): string {
	const known = stands.get(variable) ?? `#0001${(stands.size + 16).toString(16)}`;
	stands.set(variable, known);
	return known;
}

function themed(svg: string): string {
	let text = svg.replace(/^<svg /, '<svg aria-hidden="true" focusable="false" ');
	for (const [variable, colour] of stands) text = text.replaceAll(colour, `var(${variable})`);
	return text.replace(/width="\d+" height="\d+"/, 'width="100%"');
}
