/** Length counts most; repeats and one's own name count against. 0 to 4. */
export function judge(password: string, minLength: number, avoid: string[]): { score: number; advice: string } {
  if (password === '')
    return {
      score: 0,
      advice: `At least ${minLength} characters. Four random words are easy to remember and hard to guess.`,
    }
  const missing = minLength - password.length
  if (missing > 0) return { score: 1, advice: `${missing} more ${missing === 1 ? 'character' : 'characters'}.` }
  const lower = password.toLowerCase()
  if (avoid.some((word) => word.length > 2 && lower.includes(word.toLowerCase())))
    return { score: 1, advice: 'Leave your own name out of it.' }
  const variety = new Set(lower).size
  if (variety < 6) return { score: 1, advice: 'Too few different characters.' }
  if (password.length >= 20 && variety >= 10) return { score: 4, advice: 'Strong.' }
  if (password.length >= minLength + 4 && variety >= 9) return { score: 3, advice: 'Good.' }
  return { score: 2, advice: 'Long enough; longer is better.' }
}
