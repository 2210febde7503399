// The styles first: those of a page win over them.
import './styles/tokens.css'
import './styles/base.css'
import './styles/shell.css'
import './styles/controls.css'
import './styles/parts.css'
import './styles/table.css'

import { render } from 'preact'
import { App } from './app.tsx'
import { applyTheme } from './state/theme.ts'

applyTheme()
const root = document.getElementById('app')
if (root !== null) render(<App />, root)
