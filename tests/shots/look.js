(phone) => {
  const faults = [];
  const root = document.documentElement;
  if (root.scrollWidth > root.clientWidth + 1) {
    faults.push(`横向溢出：${root.scrollWidth} > ${root.clientWidth}`);
  }
  for (const image of document.images) {
    if (!image.complete || image.naturalWidth === 0) faults.push(`图片坏了：${image.src.slice(0, 80)}`);
  }
  const seen = (node) => {
    const box = node.getBoundingClientRect(); const style = getComputedStyle(node);
    return box.width > 1 && box.height > 1 && style.visibility !== 'hidden' && style.display !== 'none'
      && style.opacity !== '0';
  };
  for (const node of document.querySelectorAll('h1,h2,h3,button,a,th,.badge,label')) {
    if (!seen(node)) continue;
    const style = getComputedStyle(node);
    const isButton = node.matches('button,.btn,.weui-btn');
    if (isButton && node.scrollWidth > node.clientWidth + 2) {
      faults.push(`按钮放不下文字：${node.textContent.trim().slice(0, 20)}`);
    }
    const clips = style.overflow === 'hidden' || style.overflowX === 'hidden';
    if (clips && style.textOverflow !== 'ellipsis' && node.scrollWidth > node.clientWidth + 2) {
      faults.push(`文字被截断：${node.textContent.trim().slice(0, 30)}`);
    }
  }
  if (phone) {
    for (const node of document.querySelectorAll('a,button,input:not([type=hidden]),select,textarea')) {
      if (!seen(node)) continue;
      const target = ['checkbox', 'radio'].includes(node.type) ? (node.closest('label') || node) : node;
      const box = target.getBoundingClientRect();
      const inline = getComputedStyle(node).display === 'inline' && node.closest('p,small,.consent');
      if (!inline && box.height < 43.5 && box.width > 0) {
        faults.push(`点击区域太矮（${Math.round(box.height)}）：${(node.textContent || node.name).trim().slice(0, 20)}`);
      }
    }
  }
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  const words = [];
  while (walker.nextNode()) {
    const holder = walker.currentNode.parentElement;
    if (!holder || holder.closest('code,script,style,svg,textarea,pre,[data-foreign]') || !seen(holder)) continue;
    words.push(walker.currentNode.textContent);
  }
  return {faults, text: words.join('\n')};
}
