/** How the state of a report and of its sections is shown: shape, tone and word. */
import type { Report, Section } from '../api/reports_contract';
import type { ReportsCatalogue } from '../text/reports_vi';
import type { Mark } from './marks';

export function reportMark(report: Report, text: ReportsCatalogue): Mark {
  if (report.state === 'sent') {
    return report.late
      ? { shape: 'check', tone: 'warn', word: text.sentLate }
      : { shape: 'check', tone: 'accent', word: text.state.sent };
  }
  const shape = report.state === 'draft' ? 'ring' : report.state === 'generated' ? 'half' : 'disc';
  return { shape, tone: report.state === 'draft' ? 'muted' : 'accent', word: text.state[report.state] };
}

/** Return the warning of a report that should have been sent, or null. */
export function lateMark(report: Report, text: ReportsCatalogue): Mark | null {
  if (!report.late || report.state === 'sent') return null;
  return { shape: 'octagon', tone: 'limit', word: text.late };
}

export function sectionMark(section: Section, text: ReportsCatalogue): Mark {
  const word = text.sectionState[section.state];
  if (section.state === 'data') return { shape: 'disc', tone: 'accent', word };
  if (!section.owed) return { shape: 'check', tone: 'accent', word };
  if (section.state === 'missing') return { shape: 'triangle', tone: 'warn', word };
  if (section.state === 'carried') return { shape: 'return', tone: 'warn', word };
  return { shape: 'half', tone: 'warn', word: text.incomplete };
}
