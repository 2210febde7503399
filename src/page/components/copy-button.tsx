import { useEffect, useState } from 'preact/hooks'
import { Button } from './button.tsx'
import { toast } from './toast.tsx'

const SHOWN_MS = 2000

/** Without a secure context (plain HTTP in a local network) there is no clipboard API. */
async function copyText(text: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text)
    return true
  } catch {
    const area = document.createElement('textarea')
    area.value = text
    area.className = 'visually-hidden'
    // Inside an open dialog: what is outside it can't be focused.
    const host = document.querySelector('dialog[open]') ?? document.body
    host.append(area)
    area.select()
    const isDone = document.execCommand('copy')
    area.remove()
    return isDone
  }
}

/** Copies a text; `what` names it for screen readers ("Copy the publish URL"). */
export function CopyButton({
  text,
  what,
  children = 'Copy',
}: {
  text: string
  what: string
  children?: string
}) {
  const [isCopied, setCopied] = useState(false)
  useEffect(() => {
    if (!isCopied) return
    const timer = setTimeout(() => setCopied(false), SHOWN_MS)
    return () => clearTimeout(timer)
  }, [isCopied])
  const copy = async () => {
    const isDone = await copyText(text)
    setCopied(isDone)
    toast(isDone ? `Copied ${what}.` : 'The browser does not let this page copy. Select the text instead.')
  }
  return (
    <Button isSmall icon={isCopied ? 'check' : 'copy'} label={`Copy ${what}`} onClick={() => void copy()}>
      {isCopied ? 'Copied' : children}
    </Button>
  )
}
