import type { IExecuteFunctions } from 'n8n-workflow';
import { findIntegration } from '../../../../lib/adapters/registry';
import type { CommandRun } from '../../../../lib/commands/command-run';
import type { CommandOutcome } from '../../../../lib/commands/outcome';
import { CrosslinkError } from '../../../../lib/errors';
import type { Session } from '../../../../lib/host/session';
import type { Target } from '../../../../lib/host/target';
import type { Connected } from '../../../../lib/tenants/connected';
import { runsAsTool } from '../../../../lib/host/tool';
import { mayBeAiTool, notForAiTools } from '../../../../lib/tenants/ai-tool';
import { asJson, type ItemResult } from '../operation';

/** A failed command, and one of unknown outcome, must not pass for done: both are errors, with all that is known. */
export function itemOf(index: number, outcome: CommandOutcome): ItemResult {
	return { index, json: asJson(outcome), ...(outcome.error && { error: new CrosslinkError(outcome.error) }) };
}

/**
 * The way to the other side for one item.
 * @param changes whether it may do something there, which an AI agent needs leave for where the vendor restricts it
 * @throws CrosslinkError `ai_tool_not_allowed`
 */
export async function commandRunAt(
	context: IExecuteFunctions,
	session: Session,
	connected: Connected,
	target: Target,
	index: number,
	changes: boolean,
): Promise<CommandRun> {
	if (changes && runsAsTool(context)) {
		const entry = findIntegration(target.integration);
		if (!(await mayBeAiTool(entry, connected.settings, process.env))) throw notForAiTools(entry);
	}
	return await session.commands(connected, target, index);
}
