import type { ReactNode } from 'react'
import { Component } from 'react'
import { Problem } from '../part/problem.tsx'

/**
 * Keeps a failed view from taking the page with it. The failure is shown, not hidden; another view starts
 * afresh.
 */
export class Boundary extends Component<{ children: ReactNode }, { error: unknown }> {
  override state: { error: unknown } = { error: undefined }

  static getDerivedStateFromError(error: unknown) {
    return { error }
  }

  override render() {
    if (this.state.error === undefined) return this.props.children
    return (
      <div className="p-4">
        <Problem error={this.state.error} onRetry={() => this.setState({ error: undefined })} />
      </div>
    )
  }
}
