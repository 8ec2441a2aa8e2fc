import type { SimulatedRule } from './rules';
import type { FieldHistory } from './history';

/** A field at rest; values in the other side's stored form, null = empty, undefined = absent here. */
export interface FieldAtRest {
	rule: SimulatedRule;
	history: FieldHistory;
	local: string | null | undefined;
	external: string | null;
	/** The base holds exactly what each side holds. */
	baseIsLocal: boolean;
	baseIsExternal: boolean;
	/** There is an entry in the base at all. */
	inBase: boolean;
	/** A conflict over it was shown to a person. */
	shown: boolean;
}

/** What is wrong with a field at rest by its rule; undefined = nothing. */
export function faultOf(field: FieldAtRest): string | undefined {
	switch (field.rule.direction) {
		case 'push':
			return oneWayFault(field, 'local');
		case 'pull':
			return oneWayFault(field, 'external');
		case 'both':
			return twoWayFault(field);
	}
}

function oneWayFault(field: FieldAtRest, source: 'local' | 'external'): string | undefined {
	const { rule, history, local, external } = field;
	const [from, to] = source === 'local' ? [local, external] : [external, local];
	const [sourceEdit, targetEdit] =
		source === 'local' ? [history.local, history.external] : [history.external, history.local];
	if (from === undefined || from === to) return undefined;
	// Empty and never agreed on: a first meeting empties nothing.
	if (from === null && !field.inBase) return undefined;
	if (rule.strength === 'initial') return undefined;
	if (rule.policy === 'onlyIfEmpty') {
		if (to === null || to === undefined) {
			// Emptied over there after it was carried over, and not changed here since, or taken back before anybody looked.
			if (sourceEdit?.back) return undefined;
			return targetEdit && sourceEdit && targetEdit.at > sourceEdit.at ? undefined : 'an empty field was not filled';
		}
		return undefined;
	}
	if (rule.strength === 'enforced') return 'an enforced field differs';
	if (targetEdit === undefined)
		return source === 'external' && history.external === undefined ? undefined : 'it was not carried over';
	if (targetEdit.value !== to) return 'the target holds neither the source nor its own last edit';
	// Emptied, or taken back to what was agreed, before anybody looked: nothing had changed then.
	if (from === null || sourceEdit?.back) return undefined;
	return sourceEdit && sourceEdit.at > targetEdit.at ? 'an edit of the source was lost' : undefined;
}

function twoWayFault(field: FieldAtRest): string | undefined {
	const { rule, history, local, external } = field;
	if (rule.strength === 'initial' || local === undefined) return undefined;
	if (local !== external) return 'the sides differ';
	if (external !== null || field.inBase) {
		if (!field.baseIsLocal || !field.baseIsExternal) return 'the base is not what both sides hold';
	}
	const last = history.last;
	if (last === undefined || history.decided || history.raced || field.shown) return undefined;
	const final = external;
	if (rule.strength === 'enforced') {
		return last.edit.settled && last.side === rule.owner && final !== last.edit.value
			? "the owner's edit was lost"
			: undefined;
	}
	if (final === last.edit.value) {
		const silent = !last.edit.visible && history.other && history.other.value !== final && rule.policy === 'manual';
		// Emptied, or taken back, by the other one before anybody looked: nothing had changed there.
		return silent && history.other?.value !== null && !history.other?.back
			? 'a conflict was decided without a person'
			: undefined;
	}
	if (last.edit.settled) return 'the last edit was lost, though whoever made it had seen all before it';
	if (final !== history.other?.value) return 'it holds the last edit of neither side';
	// Emptied, or taken back to what was agreed, before anybody looked: nothing had changed then.
	if (last.edit.value === null || last.edit.back) return undefined;
	if (rule.policy === 'owner' && last.side === rule.owner) return 'the edit of the side that does not own it won';
	if (rule.policy === 'manual') return 'an edit was lost without a conflict being shown';
	return undefined;
}
