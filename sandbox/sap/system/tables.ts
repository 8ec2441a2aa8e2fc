import { setOfType, type EdmNavigation, type EdmType, type ServiceModel } from '../metadata/model';
import { comparable, type Row } from '../odata/values';

/** Rows of every entity set of every service. */
export class Tables {
	private readonly rows = new Map<string, Row[]>();

	of(set: string): Row[] {
		let rows = this.rows.get(set);
		if (!rows) this.rows.set(set, (rows = []));
		return rows;
	}

	/** Everything as it is now, to come back to. */
	snapshot(): Map<string, Row[]> {
		return new Map([...this.rows].map(([set, rows]) => [set, rows.map((row) => ({ ...row }))]));
	}

	restore(snapshot: Map<string, Row[]>): void {
		this.rows.clear();
		for (const [set, rows] of snapshot) this.rows.set(set, rows);
	}

	find(set: string, type: EdmType, keys: Row): Row | undefined {
		return this.of(set).find((row) => type.keys.every((key) => sameKey(type, key, row, keys)));
	}

	/** Rows that a navigation property leads to. V2 metadata of SAP names no join, so the keys both sides have are it. */
	related(model: ServiceModel, type: EdmType, navigation: EdmNavigation, row: Row): Row[] {
		const target = model.types.get(navigation.target);
		if (!target) return [];
		const join = joinKeys(type, target, navigation.many);
		if (join.some((key) => (row[key] ?? '') === '')) return [];
		return this.of(setOfType(model, target.name).name).filter((one) =>
			join.every((key) => sameKey(target, key, one, row)),
		);
	}
}

/** What the rows of a navigation have in common. */
export function joinKeys(from: EdmType, to: EdmType, many: boolean): string[] {
	const keys = many ? from.keys : to.keys;
	return keys.filter((key) => from.properties.has(key) && to.properties.has(key));
}

function sameKey(type: EdmType, key: string, a: Row, b: Row): boolean {
	const property = type.properties.get(key);
	return comparable(property, a[key] ?? '') === comparable(property, b[key] ?? '');
}
