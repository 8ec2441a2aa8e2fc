import type {
	CommandAnswer,
	CommandDescription,
	CommandRequest,
	CompensationRequest,
	FoundCommand,
} from '../../command';
import type { SapServices } from '../services';

/** One command: how it is shown, done, looked up and undone. */
export interface CommandHandler {
	description: CommandDescription;
	execute(sap: SapServices, request: CommandRequest): Promise<CommandAnswer>;
	find(sap: SapServices, request: CommandRequest): Promise<FoundCommand>;
	compensate?(sap: SapServices, request: CompensationRequest): Promise<CommandAnswer>;
	findCompensation?(sap: SapServices, request: CompensationRequest): Promise<FoundCommand>;
}
