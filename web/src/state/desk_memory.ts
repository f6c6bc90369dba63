/** Where a person was in the list, so that the way back from an event leads there. */
export const deskMemory: { list: string; opened: string | null } = { list: '#/events', opened: null };
